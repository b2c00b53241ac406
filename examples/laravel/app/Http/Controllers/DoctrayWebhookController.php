<?php

declare(strict_types=1);

namespace App\Http\Controllers;

use App\Jobs\TakeDocumentResult;
use Doctray\Webhook;
use Illuminate\Http\Request;
use Illuminate\Http\Response;
use Illuminate\Support\Facades\Cache;

final class DoctrayWebhookController
{
    /** Answers quickly and leaves the work to the queue: doctray waits 15 s at most and then tries again. */
    public function __invoke(Request $request): Response
    {
        $headers = array_map(fn (array $values): string => (string) $values[0], $request->headers->all());
        $event = Webhook::verified($request->getContent(), $headers, config('doctray.webhook_secrets'));
        if ($event === null) {
            return response('', 401);
        }
        // The same announcement may come more than once, always under the same webhook-id.
        $seen = 'doctray:' . $headers['webhook-id'];
        if (Cache::add($seen, true, now()->addDays(3))) {
            try {
                TakeDocumentResult::dispatch($event['type'], $event['data']);
            } catch (\Throwable $error) {
                // Not taken after all: doctray tries again, and the next try must not be dropped as a repeat.
                Cache::forget($seen);
                throw $error;
            }
        }

        return response('', 204);
    }
}

<?php

declare(strict_types=1);

namespace App\Jobs;

use Doctray\Client;
use Illuminate\Contracts\Queue\ShouldQueue;
use Illuminate\Foundation\Queue\Queueable;

final class TakeDocumentResult implements ShouldQueue
{
    use Queueable;

    public int $tries = 5;

    /** @param array<string, mixed> $job */
    public function __construct(private readonly string $type, private readonly array $job)
    {
    }

    public function handle(Client $doctray): void
    {
        if ($this->type !== 'job.completed') {
            report(new \RuntimeException("document {$this->job['request_id']}: {$this->job['error']['code']}"));

            return;
        }
        // A result over 64 KiB is not in the announcement, which then names where it is.
        $result = $this->job['result'] ?? $doctray->result($this->job['request_id']);
        // `metadata` is what you gave when you handed the document in: your own ids find your own record.
        // Certificate::find($this->job['metadata']['certificate_id'])->update([...$result['fields'], 'needs_review' => $result['needs_review']]);
    }
}

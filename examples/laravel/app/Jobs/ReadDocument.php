<?php

declare(strict_types=1);

namespace App\Jobs;

use Doctray\Client;
use Doctray\Problem;
use Doctray\Unreachable;
use Illuminate\Contracts\Queue\ShouldQueue;
use Illuminate\Foundation\Queue\Queueable;

/** Hands a document in. Its outcome comes by webhook, so this job is short. */
final class ReadDocument implements ShouldQueue
{
    use Queueable;

    public int $tries = 10;

    public function __construct(private readonly string $path, private readonly string $documentType, private readonly string $recordId)
    {
    }

    public function handle(Client $doctray): void
    {
        try {
            $doctray->submit(
                $this->path,
                ['document_type' => $this->documentType, 'metadata' => ['record_id' => $this->recordId], 'webhook_url' => url('/api/doctray/webhook')],
                idempotencyKey: "document-{$this->recordId}",
            );
        } catch (Unreachable) {
            $this->release(30);
        } catch (Problem $problem) {
            if (!$problem->retryable) {
                $this->fail($problem);

                return;
            }
            $this->release($problem->retryAfterSeconds ?? 30);
        }
    }
}

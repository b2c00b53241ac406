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
        if (!in_array($this->type, ['job.completed', 'job.reviewed'], true)) {
            // job.failed and job.cancelled say why; batch.completed has no document of its own.
            report(new \RuntimeException("{$this->type}: " . ($this->job['error']['code'] ?? $this->job['batch_id'] ?? '')));

            return;
        }
        // A result over 64 KiB is not in the announcement, which then names where it is.
        $result = $this->job['result'] ?? $doctray->result($this->job['request_id']);
        // `metadata` is what you gave when you handed the document in: your own ids find your own record.
        // Certificate::find($this->job['metadata']['certificate_id'])->update([...$result['fields'], 'needs_review' => $result['needs_review']]);
    }
}

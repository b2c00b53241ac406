<?php

declare(strict_types=1);

namespace Doctray;

/** doctray refused (RFC 9457). `problem` is stable; docs/errors.md explains each. */
final class Problem extends \RuntimeException
{
    public function __construct(
        public readonly string $problem,
        public readonly int $status,
        string $detail,
        public readonly bool $retryable,
        public readonly ?int $retryAfterSeconds,
        public readonly ?string $requestId,
    ) {
        parent::__construct("doctray: {$problem} ({$status}): {$detail}");
    }

    public static function of(Answer $answer): self
    {
        $told = $answer->json();
        $wait = $answer->headers['retry-after'] ?? null;

        return new self(
            (string) ($told['code'] ?? 'unexpected_answer'),
            $answer->status,
            (string) ($told['detail'] ?? 'no problem object in the answer'),
            (bool) ($told['retryable'] ?? $answer->status >= 500),
            $wait === null ? null : (int) $wait,
            isset($told['request_id']) ? (string) $told['request_id'] : null,
        );
    }
}

<?php

declare(strict_types=1);

namespace Doctray;

/** Sends one request. Laravel's HTTP client and curl both fit behind it. */
interface Transport
{
    /**
     * @param array<string, string> $headers
     * @param string|array{file: string, name: string, fields: array<string, string>}|null $body text as it is, or a file with form fields
     *
     * @throws Unreachable when no answer came
     */
    public function send(string $method, string $url, array $headers, string|array|null $body, float $timeoutSeconds): Answer;
}

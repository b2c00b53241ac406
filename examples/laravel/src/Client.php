<?php

declare(strict_types=1);

namespace Doctray;

/**
 * A client of doctray without dependencies; how requests travel is the transport's.
 *
 * Every submission carries an Idempotency-Key, so that sending it again after a broken connection makes no second job. A request that
 * waits on the server is given ten seconds more than it waits.
 */
final class Client
{
    private const SLACK_SECONDS = 10.0;

    public function __construct(
        private readonly Transport $transport,
        private readonly string $baseUrl,
        private readonly ?string $apiKey = null,
        private readonly float $timeoutSeconds = 30.0,
    ) {
    }

    /**
     * Hand in a file; its ticket, with request_id and read_token.
     *
     * @param array<string, mixed> $options as the API names them: document_type, schema, webhook_url, metadata, …
     * @param string|null $idempotencyKey a key of your own, such as "certificate-4711"; null: made from the file and the options
     *
     * @return array<string, mixed>
     *
     * @throws Problem|Unreachable
     */
    public function submit(string $path, array $options = [], ?string $idempotencyKey = null, float $waitSeconds = 0.0): array
    {
        $fields = [];
        foreach ($options as $name => $value) {
            $fields[$name] = match (true) {
                is_bool($value) => $value ? '1' : '0',
                $name === 'languages' && is_array($value) => implode(',', $value),
                is_array($value) => json_encode((object) $value, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE),
                default => (string) $value,
            };
        }
        $key = $idempotencyKey ?? hash('sha256', hash_file('sha256', $path) . json_encode($fields, JSON_THROW_ON_ERROR));
        $body = ['file' => $path, 'name' => basename($path), 'fields' => $fields];

        return $this->ask('POST', '/v1/jobs', $body, ['Idempotency-Key' => $key], $waitSeconds);
    }

    /**
     * The job as it stands; with $waitSeconds on its next change, or after so long.
     *
     * @return array<string, mixed>
     *
     * @throws Problem|Unreachable
     */
    public function status(string $requestId, float $waitSeconds = 0.0): array
    {
        return $this->ask('GET', '/status/' . rawurlencode($requestId), null, [], $waitSeconds);
    }

    /**
     * The job once it has ended, whichever way: completed (with `result`), failed or cancelled (with `error`).
     *
     * @return array<string, mixed>
     *
     * @throws Problem|Unreachable when it has not ended within the time
     */
    public function wait(string $requestId, float $seconds): array
    {
        $end = microtime(true) + $seconds;
        do {
            $left = max(0.0, $end - microtime(true));
            $job = $this->status($requestId, min(25.0, $left));
            if (in_array($job['status'] ?? '', ['completed', 'failed', 'cancelled'], true)) {
                return $job;
            }
        } while ($left > 0.0);
        throw new Unreachable("{$requestId} has not ended within {$seconds} s; it goes on, ask again");
    }

    /**
     * The finished result: fields, provenance, pages.
     *
     * @return array<string, mixed>
     *
     * @throws Problem|Unreachable
     */
    public function result(string $requestId): array
    {
        return $this->ask('GET', '/v1/jobs/' . rawurlencode($requestId) . '/result', null, [], 0.0);
    }

    /** @throws Problem|Unreachable */
    public function cancel(string $requestId): void
    {
        $this->ask('POST', '/v1/jobs/' . rawurlencode($requestId) . '/cancel', null, [], 0.0);
    }

    /** @throws Problem|Unreachable */
    public function delete(string $requestId): void
    {
        $this->ask('DELETE', '/v1/jobs/' . rawurlencode($requestId), null, [], 0.0);
    }

    /**
     * @param array{file: string, name: string, fields: array<string, string>}|null $body
     * @param array<string, string> $headers
     *
     * @return array<string, mixed>
     */
    private function ask(string $method, string $path, ?array $body, array $headers, float $waitSeconds): array
    {
        $headers['Accept'] = 'application/json';
        if ($this->apiKey !== null) {
            $headers['x-api-key'] = $this->apiKey;
        }
        if ($waitSeconds > 0.0) {
            $headers['Prefer'] = 'wait=' . (int) ceil($waitSeconds);
        }
        $timeout = $waitSeconds > 0.0 ? $waitSeconds + self::SLACK_SECONDS : $this->timeoutSeconds;
        $answer = $this->transport->send($method, rtrim($this->baseUrl, '/') . $path, $headers, $body, $timeout);
        if ($answer->status >= 400) {
            throw Problem::of($answer);
        }

        return $answer->json();
    }
}

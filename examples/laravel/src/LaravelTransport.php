<?php

declare(strict_types=1);

namespace Doctray;

use Illuminate\Http\Client\ConnectionException;
use Illuminate\Http\Client\Factory;

/** Laravel's HTTP client, so that Http::fake() works in your tests. */
final class LaravelTransport implements Transport
{
    public function __construct(private readonly Factory $http)
    {
    }

    public function send(string $method, string $url, array $headers, string|array|null $body, float $timeoutSeconds): Answer
    {
        $request = $this->http->withHeaders($headers)->timeout((int) ceil($timeoutSeconds))->connectTimeout(5)->withoutRedirecting();
        try {
            if (is_array($body)) {
                $stream = fopen($body['file'], 'rb');
                if ($stream === false) {
                    throw new \InvalidArgumentException("{$body['file']} cannot be read");
                }
                $response = $request->attach('file', $stream, $body['name'])->post($url, $body['fields']);
            } else {
                $response = $request->send($method, $url, $body === null ? [] : ['body' => $body]);
            }
        } catch (ConnectionException $error) {
            throw new Unreachable('doctray did not answer: ' . $error->getMessage(), previous: $error);
        }
        $headers = array_map(fn (array $values): string => implode(', ', $values), $response->headers());

        return new Answer($response->status(), $response->body(), array_change_key_case($headers));
    }
}

<?php

declare(strict_types=1);

namespace Doctray;

/** Plain PHP with the curl extension, for programs without Laravel. */
final class CurlTransport implements Transport
{
    public function send(string $method, string $url, array $headers, string|array|null $body, float $timeoutSeconds): Answer
    {
        $received = [];
        $curl = curl_init($url);
        curl_setopt_array($curl, [
            CURLOPT_CUSTOMREQUEST => $method,
            CURLOPT_RETURNTRANSFER => true,
            CURLOPT_FOLLOWLOCATION => false,
            CURLOPT_CONNECTTIMEOUT => 5,
            CURLOPT_TIMEOUT_MS => (int) ($timeoutSeconds * 1000),
            CURLOPT_HTTPHEADER => array_map(fn (string $name): string => "{$name}: {$headers[$name]}", array_keys($headers)),
            CURLOPT_HEADERFUNCTION => function ($_curl, string $line) use (&$received): int {
                if (str_contains($line, ':')) {
                    [$name, $value] = explode(':', $line, 2);
                    $received[strtolower(trim($name))] = trim($value);
                }

                return strlen($line);
            },
        ]);
        if (is_array($body)) {
            // A name that begins with @ is no file here: CURLFile alone says what is one.
            curl_setopt($curl, CURLOPT_POSTFIELDS, ['file' => new \CURLFile($body['file'], null, $body['name'])] + $body['fields']);
        } elseif ($body !== null) {
            curl_setopt($curl, CURLOPT_POSTFIELDS, $body);
        }
        $text = curl_exec($curl);
        if (!is_string($text)) {
            throw new Unreachable('doctray did not answer: ' . curl_error($curl));
        }

        return new Answer((int) curl_getinfo($curl, CURLINFO_RESPONSE_CODE), $text, $received);
    }
}

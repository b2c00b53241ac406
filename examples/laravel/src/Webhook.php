<?php

declare(strict_types=1);

namespace Doctray;

/** Verifies what doctray posts (Standard Webhooks). */
final class Webhook
{
    private const TOLERANCE_SECONDS = 300;

    /**
     * The event, if it was signed with one of the secrets and is fresh; null: answer 401 and do nothing.
     *
     * @param string $content the raw body, exactly as it came: decoding and encoding it again would change the bytes that were signed
     * @param array<string, string> $headers names in lower case
     * @param list<string> $secrets whsec_…, the newest and, while it is being rotated, the one before
     *
     * @return array<string, mixed>|null
     */
    public static function verified(string $content, array $headers, array $secrets, ?int $now = null): ?array
    {
        $id = $headers['webhook-id'] ?? '';
        $timestamp = $headers['webhook-timestamp'] ?? '';
        if ($id === '' || !ctype_digit($timestamp) || abs(($now ?? time()) - (int) $timestamp) > self::TOLERANCE_SECONDS) {
            return null;
        }
        foreach ($secrets as $secret) {
            $key = base64_decode(str_replace('whsec_', '', $secret), true);
            if ($key === false || $key === '') {
                continue;
            }
            $expected = 'v1,' . base64_encode(hash_hmac('sha256', "{$id}.{$timestamp}.{$content}", $key, true));
            foreach (explode(' ', $headers['webhook-signature'] ?? '') as $signature) {
                if (hash_equals($expected, $signature)) {
                    $event = json_decode($content, true);

                    return is_array($event) ? $event : null;
                }
            }
        }

        return null;
    }
}

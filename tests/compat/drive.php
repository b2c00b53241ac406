<?php

declare(strict_types=1);

// Drives examples/laravel/src for tests/compat/test_php.py: php drive.php BASE_URL KEY ACTION …; prints JSON.

spl_autoload_register(function (string $class): void {
    require __DIR__ . '/../../examples/laravel/src/' . substr($class, strlen('Doctray\\')) . '.php';
});

[, $url, $key, $action] = $argv;
$rest = array_slice($argv, 4);
$client = new Doctray\Client(new Doctray\CurlTransport(), $url, $key === '' ? null : $key);

try {
    $told = match ($action) {
        'submit' => $client->submit($rest[0], json_decode($rest[1] ?? '{}', true), $rest[2] ?? null),
        'wait' => $client->wait($rest[0], (float) $rest[1]),
        'result' => $client->result($rest[0]),
        'delete' => $client->delete($rest[0]) ?? [],
        'verify' => ['event' => Doctray\Webhook::verified(file_get_contents($rest[0]), json_decode($rest[1], true), json_decode($rest[2], true))],
    };
    echo json_encode($told, JSON_THROW_ON_ERROR);
} catch (Doctray\Problem $problem) {
    echo json_encode(['problem' => $problem->problem, 'status' => $problem->status, 'retryable' => $problem->retryable]);
} catch (Doctray\Unreachable $error) {
    echo json_encode(['unreachable' => true]);
}

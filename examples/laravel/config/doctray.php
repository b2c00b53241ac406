<?php

return [
    'url' => env('DOCTRAY_URL', 'http://127.0.0.1:8000'),
    'key' => env('DOCTRAY_API_KEY'),
    // The newest first; beside it the one before while it is being rotated. GET /v1/webhook-secret shows them.
    'webhook_secrets' => array_values(array_filter(explode(',', (string) env('DOCTRAY_WEBHOOK_SECRETS', '')))),
];

<?php

use App\Http\Controllers\DoctrayWebhookController;
use Illuminate\Support\Facades\Route;

// Load it from routes/api.php, or take the path out of CSRF protection (bootstrap/app.php: validateCsrfTokens(except: ['doctray/webhook'])):
// doctray cannot send a token, its signature takes the token's place.
Route::post('/doctray/webhook', DoctrayWebhookController::class);

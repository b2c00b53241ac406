#!/usr/bin/env bash
# A report's screenshot by its address, then the queue as the operator's page shows it.
set -euo pipefail
curl -s -w '\n%{http_code}\n' -X POST "$BASE_URL/api/v1/ocr-ecosteps" \
  -H "Content-Type: application/json" -H "x-api-key: $API_KEY" \
  -d '{"user_id": 145, "report_id": 101, "s3_url": "'"$ADDRESS"'", "environment": "staging"}'
curl -s -w '\n%{http_code}\n' -X POST "$BASE_URL/api/v1/ocr-ecosteps" \
  -H "Content-Type: application/json" -H "x-api-key: $API_KEY" \
  -d '{"image_url": "'"$ADDRESS"'", "metadata": {"report_id": 102}}'
curl -sf "$BASE_URL/app-status" -H "x-api-key: $API_KEY"

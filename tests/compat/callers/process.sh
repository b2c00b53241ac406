#!/usr/bin/env bash
# One call that waits for the result itself.
set -euo pipefail
curl -sf -X POST "$BASE_URL/process" \
  -H "Content-Type: application/json" -H "x-api-key: $API_KEY" \
  -d '{"file_path": "'"$FILE"'"}'

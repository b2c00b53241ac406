#!/usr/bin/env bash
# Hand in by path, look once, then twenty at a time.
set -euo pipefail
curl -sf "$BASE_URL/health" > /dev/null

answer=$(curl -sf -X POST "$BASE_URL/process-insurance-certificate" \
  -H "Content-Type: application/json" -H "x-api-key: $API_KEY" \
  -d '{"file_path": "'"$FILE"'", "priority": 1}')
request_id=$(sed 's/.*"request_id": *"\([^"]*\)".*/\1/' <<< "$answer")
echo "$answer"
curl -sf "$BASE_URL/status/$request_id" -H "x-api-key: $API_KEY"
echo

for _ in {1..20}; do
  curl -s -o /dev/null -w '%{http_code}\n' -X POST "$BASE_URL/process-insurance-certificate" \
    -H "Content-Type: application/json" -H "x-api-key: $API_KEY" \
    -d '{"file_path": "'"$FILE"'"}' &
done
wait

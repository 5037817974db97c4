#!/usr/bin/env bash
# Says which GPUs this machine has, as Spark wants it: {"name": "gpu", "addresses": ["0", "1"]}.
set -euo pipefail
addresses=$(nvidia-smi --query-gpu=index --format=csv,noheader | paste -sd, | sed 's/\([0-9]\+\)/"\1"/g')
echo "{\"name\": \"gpu\", \"addresses\": [${addresses}]}"

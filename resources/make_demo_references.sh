#!/usr/bin/env bash
# Makes demo_ref2.wav (a low voice) and demo_ref1.wav (another voice, 9 semitones higher) with flite.
# Needs flite with the voices rms and awb: apt-get install flite
set -euo pipefail
cd "$(dirname "$0")"

command -v flite > /dev/null || { echo "flite is missing; install it: apt-get install flite" >&2; exit 2; }

flite -voice rms -t "The river runs quietly past the old mill, and nobody is in a hurry." -o demo_ref2.wav
flite -voice awb --setf int_f0_target_mean=180 --setf int_f0_target_stddev=22 \
    -t "We were walking along the shore all morning, and the wind was warm." -o demo_ref1.wav

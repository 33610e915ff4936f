#!/usr/bin/env python3
"""Makes a report: started by Jobdeck for each job, with the job's arguments on standard input.

Try it, in this folder, with two shells:

    jobdeck serve
    jobdeck enqueue Reports::Weekly --args '["photos", 7]'
"""

import json
import os
import signal
import sys

TRY_LATER = 75  # EX_TEMPFAIL


def stop(signum, frame):
    # Out of time, or cancelled. What is half done is tidied up here; after the grace time comes SIGKILL.
    print("stopped half-way", file=sys.stderr)
    sys.exit(1)


def main():
    signal.signal(signal.SIGTERM, stop)
    subject, days = json.load(sys.stdin)
    # Standard output goes to the job's log, which its page shows.
    print(f"{os.environ['JOBDECK_CLASS']}: {subject}, attempt {os.environ['JOBDECK_ATTEMPT']}")
    if days == 0:
        print("there are no figures yet", file=sys.stderr)
        sys.exit(TRY_LATER)
    # An error that nobody catches ends with status 1, and its traceback becomes the job's.
    average = round(1000 / days)
    print(f"{subject}: {average} a day")


if __name__ == "__main__":
    main()

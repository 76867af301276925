# SPDX-License-Identifier: BSD-2-Clause
EXTRA_DIST += \
	%D%/README.md \
	%D%/action.yml \
	%D%/batch-parallel.sh \
	%D%/batch-slurm.sh \
	%D%/build.sh \
	%D%/check.sh \
	%D%/gitlab-ci.yml \
	%D%/join-verdicts.py

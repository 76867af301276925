# SPDX-License-Identifier: BSD-2-Clause
dist_man_MANS += %D%/kvm-pre-fault-memory.7

# SPDX-License-Identifier: BSD-2-Clause
# the room is empty so far

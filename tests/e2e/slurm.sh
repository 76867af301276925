# SPDX-License-Identifier: BSD-2-Clause
# A Slurm of one node, for as long as a test: its controller, its node and a munge of its own run as the
# user who runs the test, with everything in $work/slurm. Sourced after lib.sh.

slurm_fail() {
	for log in munged ctld d; do
		[ -f "$work/slurm/$log.log" ] && tail -n 20 "$work/slurm/$log.log"
	done
	fail "$*"
	finish
}

# until_true SECONDS COMMAND...
until_true() {
	tries=$(($1 * 5))
	shift
	until "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.2
	done
}

slurm_stop() {
	for one in d ctld munged; do
		pid=$(cat "$work/slurm/$one.pid" 2>/dev/null) || continue
		kill "$pid" 2>/dev/null && until_true 10 sh -c "! kill -0 $pid" ||
			kill -9 "$pid" 2>/dev/null
	done
}

# Two ports that nobody uses.
slurm_ports() {
	/usr/bin/python3 -c 'import socket
all = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*(s.getsockname()[1] for s in all))'
}

# slurm_start CPUS
slurm_start() {
	dir=$work/slurm
	mkdir -p "$dir/state" "$dir/spool"
	chmod 755 "$work" "$dir"
	head -c 128 /dev/urandom >"$dir/munge.key"
	chmod 600 "$dir/munge.key"
	read -r ctld_port d_port <<-END
		$(slurm_ports)
	END
	name=$(hostname -s)
	cat >"$dir/slurm.conf" <<-END
		ClusterName=test
		SlurmctldHost=$name(127.0.0.1)
		SlurmUser=$(id -un)
		SlurmdUser=$(id -un)
		AuthType=auth/munge
		AuthInfo=socket=$dir/munge.sock
		CredType=cred/munge
		SlurmctldPort=$ctld_port
		SlurmdPort=$d_port
		SlurmctldPidFile=$dir/ctld.pid
		SlurmdPidFile=$dir/d.pid
		SlurmctldLogFile=$dir/ctld.log
		SlurmdLogFile=$dir/d.log
		StateSaveLocation=$dir/state
		SlurmdSpoolDir=$dir/spool
		ProctrackType=proctrack/pgid
		TaskPlugin=task/none
		JobAcctGatherType=jobacct_gather/none
		SelectType=select/cons_tres
		SelectTypeParameters=CR_CPU
		SlurmdParameters=config_overrides
		MpiDefault=none
		SwitchType=switch/none
		ReturnToService=2
		SchedulerParameters=sched_min_interval=0,batch_sched_delay=0
		NodeName=$name NodeAddr=127.0.0.1 CPUs=$1 State=UNKNOWN
		PartitionName=all Nodes=ALL Default=YES MaxTime=10 State=UP
	END
	printf 'CgroupPlugin=cgroup/v1\nCgroupAutomount=no\n' >"$dir/cgroup.conf"
	SLURM_CONF=$dir/slurm.conf
	export SLURM_CONF
	trap 'slurm_stop; chmod -R u+w "$work"; rm -rf "$work"' EXIT
	/usr/sbin/munged --force --key-file="$dir/munge.key" --socket="$dir/munge.sock" \
		--pid-file="$dir/munged.pid" --log-file="$dir/munged.log" \
		--seed-file="$dir/munge.seed" 2>"$dir/munged.err" ||
		slurm_fail "munged does not start: $(cat "$dir/munged.err")"
	/usr/sbin/slurmctld -c 2>"$dir/ctld.err" || slurm_fail "slurmctld does not start"
	/usr/sbin/slurmd -N "$name" 2>"$dir/d.err" || slurm_fail "slurmd does not start"
	until_true 30 sh -c 'sinfo -h -o %T | grep -qx idle' ||
		slurm_fail "the node does not come up: $(sinfo 2>&1)"
}

#!/usr/bin/env bash
# slurm.sh - a sweep on a real Slurm of this one machine: submitted, a worker killed, two preempted, what is
# missing submitted again; and the same numbers, to the last bit, as without Slurm. Last, a full disk.
#
# Daemons and jobs live in namespaces of their own, where there is no network but loopback, and end with
# them. Needs root, and Debian's slurm-wlm, munge and iproute2. The exit status is 77 where this machine
# cannot do that: then it says why.
# shellcheck disable=SC2317 # what wait_for calls is reachable
set -eu

no_slurm() {
  echo "no Slurm on this machine: $1" >&2
  exit 77
}

cd "$(dirname "$0")/.."
if [ -z "${SLURM_ROOM:-}" ]; then
  [ "$(id -u)" = 0 ] || no_slurm "that takes root"
  for program in slurmctld slurmd sbatch munged ip; do
    command -v "$program" >/dev/null || no_slurm "$program is not installed (slurm-wlm, munge, iproute2)"
  done
  spaces=(--net --pid --mount --uts --fork --mount-proc --kill-child)
  unshare "${spaces[@]}" true 2>/dev/null || no_slurm "it grants no namespaces"
  room=$(mktemp -d)
  chmod 755 "$room" # munged asks for that
  trap 'rm -rf "$room"' EXIT
  SLURM_ROOM=$room timeout 150 unshare "${spaces[@]}" bash "$0"
  exit
fi

# --- the cluster: one node of two processors, and a partition whose jobs drive out the others' ------

room=$SLURM_ROOM
rxlua=$PWD/rxlua
hostname node
ip link set lo up
ip address add 10.99.99.1/32 dev lo # with loopback's own address alone no name is resolved
mount -t tmpfs hosts "$room"
chmod 755 "$room"
echo "127.0.0.1 localhost node" >"$room/hosts"
mount --bind "$room/hosts" /etc/hosts

head -c 128 /dev/urandom >"$room/key"
chmod 400 "$room/key"
cat >"$room/slurm.conf" <<END
ClusterName=test
SlurmctldHost=node(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$room/munge.socket
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
ProctrackType=proctrack/pgid
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
ReturnToService=2
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1
StateSaveLocation=$room/state
SlurmdSpoolDir=$room/spool
SlurmctldPidFile=$room/slurmctld.pid
SlurmdPidFile=$room/slurmd.pid
SlurmctldLogFile=$room/slurmctld.log
SlurmdLogFile=$room/slurmd.log
NodeName=node NodeAddr=127.0.0.1 CPUs=2 RealMemory=8000
PartitionName=low Nodes=node Default=YES PriorityTier=1
PartitionName=high Nodes=node PriorityTier=10 PreemptMode=OFF
END
export SLURM_CONF=$room/slurm.conf
mkdir "$room/state" "$room/spool" "$room/work folder"
munged --force --key-file="$room/key" --socket="$room/munge.socket" --pid-file="$room/munged.pid" \
  --log-file="$room/munged.log" --seed-file="$room/munge.seed"
slurmctld
slurmd -f "$SLURM_CONF"

# --- what must be true --------------------------------------------------------------------------------

failed=0

complain() {
  echo "not so: $1" >&2
  failed=1
}

wait_for() { # wait_for what command...: at most 30 seconds
  local what=$1 i
  shift
  for ((i = 0; i < 600; i++)); do
    "$@" >/dev/null 2>&1 && return
    sleep 0.05
  done
  complain "$what, within 30 seconds"
  tail -n 20 "$room/slurmctld.log" "$room/slurmd.log" >&2
  squeue >&2
  exit 1
}

says() { # says words command...: a line of its output holds the words
  local words=$1 output
  shift
  output=$("$@" 2>&1) || true
  grep -qF -- "$words" <<<"$output" || complain "$* says '$words', but: $output"
}

is_idle() { sinfo --noheader --format %T | grep -q idle; }
is_over() { [ -z "$(squeue --noheader)" ]; }
counts() { [ "$(squeue --noheader --array --states "$1" | wc -l)" = "$2" ]; }
halted() { [ "$(find . -name halted.json | wc -l)" = "$1" ]; }

# Each training halts at batch 50 until there is a file `go`, so that nothing here depends on speed.
cd "$room/work folder"
cat >sweep.lua <<'END'
local rx = require "reactivation"
local core = require "reactivation.core"

local opt = rx.arguments("A small sweep.", { { "folder", "", "of its results" }, sweep = true })

local function halt(own)
  own:write("halted.json", { 1 })
  while not io.open("go") do core.sleep(0.02) end
end

local sweep = rx.sweep(opt.folder, { seed = rx.range(1, 4) }, function(c, own)
  local task = rx.tasks.head_direction { steps = 20, cells = 16 }
  local net = rx.rnn { inputs = 1, units = 16, outputs = 16, sigma = 0.3, rng = rx.random(c.seed) }
  local history = rx.train(net, task, {
    batches = 100, size = 20, checkpoint = own:path "checkpoint.h5", checkpoint_every = 20,
    rate = function(batch)
      if batch == 50 then halt(own) end
      return 1e-3
    end,
  })
  if os.getenv "UNLUCKY" then error("no luck") end
  return { loss = history.test_loss[#history.test_loss], weight = net.weights.w_rec:sum() }
end, { at_once = 2, slurm = { memory = 1, time = 0.5 } })
print(#sweep.columns.loss .. " done")
END

touch go
says "4 done" "$rxlua" sweep.lua --folder "one machine"
rm go
find . -name halted.json -delete
wait_for "a node is idle" is_idle

sweep=("$rxlua" sweep.lua --folder "a cluster")
says "submitted job 1 with 4 configurations" "${sweep[@]}" --slurm
wait_for "two trainings run" halted 2
says "4 configurations: 0 done, 2 running, 2 waiting in Slurm, 0 failed, 0 missing" "${sweep[@]}" --status
says "0 of 4 configurations are missing" "${sweep[@]}" --slurm
[ -z "$("${sweep[@]}" --list)" ] || complain "nothing is listed that runs or waits"

kill -KILL "$(sed 's/process \([0-9]*\) .*/\1/' "a cluster/seed=1/result.json.lock")"
wait_for "another training takes its place" halted 3
says "failed: seed=1:" "${sweep[@]}" --status

sbatch --partition high --cpus-per-task 2 --output /dev/null --wrap "sleep 1" >/dev/null
wait_for "two are driven out" counts PENDING 3
for seed in 2 3; do
  says "stopped at batch 49 of 100; the same call goes on" cat "a cluster/seed=$seed/log.txt"
done
says "0 running, 3 waiting in Slurm, 1 failed, 0 missing" "${sweep[@]}" --status

touch go
wait_for "the urgent job is over" counts RUNNING 0
scontrol update JobId=1 StartTime=now >/dev/null 2>&1 || true # or those driven out wait for two minutes
wait_for "all tasks are over" is_over
says "resuming at batch 49 of 100" cat "a cluster/seed=2/log.txt"
says "3 done, 0 running, 0 waiting in Slurm, 1 failed" "${sweep[@]}" --status

says "submitted job 6 with 1 configurations" "${sweep[@]}" --slurm
wait_for "the one that was killed is over" is_over
says "4 done" "${sweep[@]}"
cmp "one machine/results.csv" "a cluster/results.csv" || complain "the numbers are the same"

export UNLUCKY=1
says "with 4 configurations" "$rxlua" sweep.lua --folder unlucky --slurm
wait_for "the unlucky ones are over" is_over
says "failed: seed=4: " "$rxlua" sweep.lua --folder unlucky --status
says "no luck" "$rxlua" sweep.lua --folder unlucky --status
unset UNLUCKY

mkdir full
mount -t tmpfs -o size=64k full full
says "No space left on device" "$rxlua" sweep.lua --folder full/sweep

[ "$failed" = 0 ] && echo "Slurm: submitted, killed, preempted and submitted again, a sweep gives the same numbers"
exit "$failed"

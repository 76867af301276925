/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs commands in turn, so many times: all of them see the same machine. Prints for each its median
 * wall time and its least CPU time, which other work on the machine only ever adds to, both in
 * milliseconds. Output of the commands is dropped.
 *
 * alternate RUNS COMMAND ARGUMENT... -- COMMAND ARGUMENT... */
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COMMANDS_MAX 8
#define RUNS_MAX     1001

struct command {
	char **words;
	double wall[RUNS_MAX], cpu[RUNS_MAX];
};

static struct command commands[COMMANDS_MAX];
static size_t count;

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* As a shell begins a command: by posix_spawn(), behind which the child alone runs. After fork() both do,
 * and some schedulers then keep the child's threads apart from an idle CPU. */
static pid_t begin(char **words)
{
	posix_spawn_file_actions_t actions;
	pid_t child = -1;
	int rc;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	rc = posix_spawnp(&child, words[0], &actions, NULL, words, environ);
	posix_spawn_file_actions_destroy(&actions);
	return rc ? -1 : child;
}

/* 0, or 1 when the command did not succeed. */
static int run(struct command *c, int i)
{
	struct rusage usage;
	int status = 1;
	double start = now();
	pid_t child = begin(c->words);

	if (child < 0 || wait4(child, &status, 0, &usage) < 0 || status != 0)
		return 1;
	c->wall[i] = (now() - start) * 1e3;
	c->cpu[i] = (seconds(usage.ru_utime) + seconds(usage.ru_stime)) * 1e3;
	return 0;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static int split(char **words)
{
	for (bool is_first = true; *words; words++) {
		if (is_first && count == COMMANDS_MAX)
			return -1;
		if (is_first)
			commands[count++].words = words;
		is_first = strcmp(*words, "--") == 0;
		if (is_first)
			*words = NULL;
	}
	return 0;
}

int main(int argc, char **argv)
{
	int runs = argc > 2 ? atoi(argv[1]) : 0;

	if (runs < 1 || runs > RUNS_MAX || split(argv + 2) < 0) {
		fprintf(stderr, "usage: alternate RUNS COMMAND... [-- COMMAND...]\n");
		return 2;
	}
	for (int i = 0; i < runs; i++)
		for (size_t c = 0; c < count; c++)
			if (run(&commands[c], i)) {
				fprintf(stderr, "alternate: %s failed\n", commands[c].words[0]);
				return 1;
			}
	for (size_t c = 0; c < count; c++) {
		qsort(commands[c].wall, (size_t)runs, sizeof(double), ascending);
		qsort(commands[c].cpu, (size_t)runs, sizeof(double), ascending);
		printf("%.3f %.3f\n", commands[c].wall[runs / 2], commands[c].cpu[0]);
	}
	return 0;
}

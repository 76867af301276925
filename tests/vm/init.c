/* SPDX-License-Identifier: BSD-2-Clause */
/* The first process of a test VM: mount what a program expects, load the modules of /modules/order,
 * run each line of /job, and switch the machine off. What the jobs print goes to the second serial
 * port, so that no kernel message mixes with it; each job's exit status follows it on a line of its
 * own, "@@ status N". */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define MAX_WORDS 64

static void say(const char *what)
{
	fprintf(stderr, "init: %s: %s\n", what, strerror(errno));
}

static void mount_one(const char *type, const char *where)
{
	mkdir(where, 0755);
	if (mount(type, where, type, 0, NULL) < 0 && errno != EBUSY)
		say(where);
}

static char *next_line(FILE *f, char *line, size_t size)
{
	if (!fgets(line, (int)size, f))
		return NULL;
	line[strcspn(line, "\n")] = '\0';
	return line;
}

/* Each line is a module's file name, then its parameters. */
static void load_modules(void)
{
	FILE *order = fopen("/modules/order", "r");
	char line[512];

	while (order && next_line(order, line, sizeof(line))) {
		char *parameters = strchr(line, ' ');
		char path[600];
		int fd;

		if (parameters)
			*parameters++ = '\0';
		snprintf(path, sizeof(path), "/modules/%s", line);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || syscall(SYS_finit_module, fd, parameters ? parameters : "", 0) < 0)
			say(path);
		if (fd >= 0)
			close(fd);
	}
	if (order)
		fclose(order);
}

static void open_results(void)
{
	int fd = open("/dev/ttyS1", O_RDWR | O_NOCTTY);
	struct termios raw;

	if (fd < 0) {
		say("/dev/ttyS1");
		return;
	}
	if (tcgetattr(fd, &raw) == 0) {
		cfmakeraw(&raw);
		tcsetattr(fd, TCSANOW, &raw);
	}
	dup2(fd, STDOUT_FILENO);
	close(fd);
}

static int run(char *line)
{
	char *words[MAX_WORDS + 1];
	int n = 0;
	int status;
	pid_t child;

	for (char *word = strtok(line, " "); word && n < MAX_WORDS; word = strtok(NULL, " "))
		words[n++] = word;
	words[n] = NULL;
	if (n == 0)
		return 0;
	child = fork();
	if (child == 0) {
		execv(words[0], words);
		say(words[0]);
		_exit(127);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0)
		return 126;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void run_jobs(void)
{
	FILE *job = fopen("/job", "r");
	char line[4096];

	while (job && next_line(job, line, sizeof(line))) {
		int status;

		printf("@@ job %s\n", line);
		fflush(stdout);
		status = run(line);
		printf("@@ status %d\n", status);
		fflush(stdout);
	}
	if (job)
		fclose(job);
}

int main(void)
{
	setenv("NO_COLOR", "1", 1);
	mount_one("devtmpfs", "/dev");
	mount_one("proc", "/proc");
	mount_one("sysfs", "/sys");
	mount_one("tmpfs", "/tmp");
	load_modules();
	open_results();
	run_jobs();
	tcdrain(STDOUT_FILENO);
	sync();
	reboot(RB_POWER_OFF);
	return 1;
}

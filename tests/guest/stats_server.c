/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stats_server - see stats_server.h. Lines of JSON over a socket: {"req":"stats",...} is answered
 * with {"errno":0,"args":{"resp":...}}, anything else with an errno.
 */
#include "stats_server.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define SOCKET "/var/run/scx/root/stats"

static unsigned long answers;

static void make_folders(void)
{
	char path[sizeof(SOCKET)] = SOCKET, *slash;

	for (slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
}

static int say(int fd, const char *text)
{
	size_t len = strlen(text), at = 0;
	ssize_t n;

	while (at < len && (n = send(fd, text + at, len - at, MSG_NOSIGNAL)) > 0)
		at += (size_t)n;
	return at == len ? 0 : -1;
}

static int say_good(int fd, const char *behind)
{
	char text[600];

	answers++;
	printf("answered=%lu\n", answers);
	fflush(stdout);
	snprintf(text, sizeof(text),
		 "{\"errno\":0,\"args\":{\"resp\":{\"name\":\"made up, asked=4711\",\"asked\":%lu,"
		 "\"lat_us\":5,\"bitmap\":[1,2],\"doms\":{\"0\":{\"events\":%lu,"
		 "\"pressure\":1.25}}}}}\n%s",
		 answers, answers * 10, behind);
	return say(fd, text);
}

/* -1 = the connection is to be closed. */
static int answer(int fd, const char *mode, const char *line)
{
	if (!strcmp(mode, "silent"))
		return 0;
	if (!strcmp(mode, "garbage")) {
		say(fd, "{\"errno\":0,\"args\":\033[2J\n");
		return -1;
	}
	if (!strcmp(mode, "huge")) {
		while (!say(fd, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"))
			;
		return -1;
	}
	if (!strcmp(mode, "refuse") ||
	    strcmp(line, "{\"req\":\"stats\",\"args\":{\"target\":\"top\"}}\n")) {
		say(fd, "{\"errno\":22,\"args\":{\"resp\":\"unknown stat target\"}}\n");
		return -1;
	}
	return say_good(fd, !strcmp(mode, "unasked") ? "and more\n" : "");
}

static void serve(int fd, const char *mode)
{
	char line[512];
	FILE *in = fdopen(fd, "r");

	while (in && fgets(line, sizeof(line), in) && !answer(fd, mode, line))
		;
	if (in)
		fclose(in);
	else
		close(fd);
}

int stats_server_start(char *const *modes)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX, .sun_path = SOCKET};
	pid_t parent = getpid(), pid = fork();
	size_t i = 0;
	int fd, one;

	if (pid)
		return pid < 0 ? -1 : 0;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);
	make_folders();
	unlink(SOCKET);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 || listen(fd, 4) < 0) {
		perror(SOCKET);
		_exit(1);
	}
	while ((one = accept(fd, NULL, NULL)) >= 0) {
		serve(one, modes[i]);
		if (!modes[++i])
			i = 0;
	}
	_exit(1);
}

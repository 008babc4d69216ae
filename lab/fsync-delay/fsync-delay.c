/* Adds FSYNC_DELAY_US microseconds to every fsync and fdatasync, as a disk slower than this machine's would:
 *   cc -O2 -shared -fPIC -o fsync-delay.so fsync-delay.c -ldl
 *   LD_PRELOAD=./fsync-delay.so FSYNC_DELAY_US=1000 postgres ...
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

typedef int (*sync_function)(int);

static void delay(void)
{
    static long microseconds = -1;
    if (microseconds < 0) {
        const char *text = getenv("FSYNC_DELAY_US");
        microseconds = text ? strtol(text, NULL, 10) : 0;
        if (microseconds < 0)
            microseconds = 0;
    }
    struct timespec left = {microseconds / 1000000, microseconds % 1000000 * 1000};
    while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR)
        ;
}

int fsync(int fd)
{
    static sync_function real;
    if (!real)
        real = (sync_function)dlsym(RTLD_NEXT, "fsync");
    delay();
    return real(fd);
}

int fdatasync(int fd)
{
    static sync_function real;
    if (!real)
        real = (sync_function)dlsym(RTLD_NEXT, "fdatasync");
    delay();
    return real(fd);
}

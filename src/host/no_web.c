/* no_web.c - where calls of what HDF5's reader of files on the web is made of lead: the program is
 * linked without them (HDF5_WEB in the Makefile), and never reads one. */
#include <stdlib.h>

void host_no_web(void);

void host_no_web(void)
{
    abort();
}

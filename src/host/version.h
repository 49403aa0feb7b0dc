/* version.h - the version of rxlua, in one place. */
#ifndef HOST_VERSION_H
#define HOST_VERSION_H

#define RXLUA_VERSION "0.1.0"

#endif

/* version.h - the version of rxlua, in one place. */
#ifndef RX_VERSION_H
#define RX_VERSION_H

#define RX_VERSION "0.1.0"

#endif

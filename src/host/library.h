/* library.h - makes `require "reactivation"` work from any working directory.
 *
 * The bindings are preloaded as reactivation.core. The Lua library is looked for beside the
 * program: in its source tree (`lua/` beside rxlua, or two folders up, for build/<kind>/rxlua),
 * then where `make install` puts it (<prefix>/share/lua/5.4 for <prefix>/bin/rxlua). The folder
 * that has it comes first in package.path; if none has, the path stays as it is. */
#ifndef HOST_LIBRARY_H
#define HOST_LIBRARY_H

#include <lua.h>

/* Open Lua's own libraries and the above. Raises a Lua error when memory ends. */
void host_open_libraries(lua_State *L);

#endif

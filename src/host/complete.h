/* complete.h - completion of names at the prompt.
 *
 * `ma` TAB gives globals and keywords, `math.si` TAB fields, `file:re` TAB methods. Nothing is ever
 * called: fields are read raw, from tables and from the tables that __index leads to; for an
 * __index that is a C function, from the tables that it holds as upvalues. */
#ifndef HOST_COMPLETE_H
#define HOST_COMPLETE_H

#include <lua.h>

/* From now on, TAB completes with the names that `L` knows. */
void host_complete_names(lua_State *L);

#endif

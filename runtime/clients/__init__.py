"""How a service reaches another one: the ports of `contracts` over HTTP."""

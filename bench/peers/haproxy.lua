-- SPDX-License-Identifier: MIT
core.register_service("hello", "tcp", function(applet)
	applet:send("Hello world\n")
end)

/** On Railway every service has a machine of its own, and its port there. Here the version beside it has that port already. */
export const DECLARED_PORT_VARIABLE = 'PULSE_LOCAL_DECLARED_PORT';

/** A start command, its flags and addresses, that names the port of its service, names the process's own instead. */
export function withOwnPort(command: string, declared: string | undefined, port: number): string {
	if (declared === undefined || !/^\d{2,5}$/.test(declared)) return command;
	return command.replace(new RegExp(`(?<=^|[\\s=:"'])${declared}(?=$|[\\s"';,])`, 'g'), String(port));
}

/** The same in the variables of an image that name a port: `STREAMLIT_SERVER_PORT=8501`. */
export function imagePorts(
	env: Readonly<Record<string, string>>,
	declared: string | undefined,
	port: number,
): Record<string, string> {
	return Object.fromEntries(
		Object.entries(env).map(([name, value]) => [name, /PORT/.test(name) && value === declared ? String(port) : value]),
	);
}

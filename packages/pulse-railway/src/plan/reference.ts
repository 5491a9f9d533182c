/** A variable of another service, rendered by Railway where it is used. */
export function reference(service: string, variable: string): string {
	return `\${{${service}.${variable}}}`;
}

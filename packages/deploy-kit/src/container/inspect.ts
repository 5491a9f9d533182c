import { readStages } from '../dockerfile/stages.ts';
import { type Framework, frameworkIn } from './framework.ts';

/** What a Dockerfile, and what stands beside it, says of the app in it. */
export interface DockerfileApp {
	/** `null` for one that is not known here. */
	readonly framework: Framework | null;
	/** TCP ports of EXPOSE, each once. */
	readonly exposed: readonly number[];
}

/**
 * @param manifests texts that name the app's packages
 * @throws DockerfileError where Docker would refuse the file
 */
export function inspectDockerfile(
	text: string,
	buildArgs: Readonly<Record<string, string>>,
	manifests: readonly string[],
): DockerfileApp {
	const last = readStages(text, buildArgs).at(-1);
	const command = [...(last?.entrypoint ?? []), ...(last?.cmd ?? [])].join(' ');
	return { framework: frameworkIn(command, manifests), exposed: tcpPorts(last?.exposed ?? []) };
}

function tcpPorts(exposed: readonly string[]): number[] {
	const ports = exposed.flatMap((word) => {
		const [range = '', protocol = 'tcp'] = word.split('/');
		return protocol.toLowerCase() === 'tcp' && /^\d+$/.test(range) ? [Number(range)] : [];
	});
	return [...new Set(ports)].filter((port) => port > 0 && port < 65_536);
}

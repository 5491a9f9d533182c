import { readStages } from '../dockerfile/stages.ts';
import { splitWords } from '../dockerfile/words.ts';
import { type CommandPort, commandPort } from './command-port.ts';
import { type Framework, frameworkIn } from './framework.ts';

/** What a Dockerfile, and what stands beside it, says of the app in it. */
export interface DockerfileApp {
	/** `null` for one that is not known here. */
	readonly framework: Framework | null;
	/** TCP ports of EXPOSE, each once. */
	readonly exposed: readonly number[];
	/** Of what the image starts. */
	readonly command: CommandPort;
}

/**
 * @param start what is started in place of its own command, without a shell
 * @param manifests texts that name the app's packages
 * @throws DockerfileError where Docker would refuse the file
 */
export function inspectDockerfile(
	text: string,
	buildArgs: Readonly<Record<string, string>>,
	manifests: readonly string[],
	start?: string,
): DockerfileApp {
	const last = readStages(text, buildArgs).at(-1);
	const own = [...(last?.entrypoint ?? []), ...(last?.cmd ?? [])];
	const words = start === undefined ? own : startWords(start);
	return {
		framework: frameworkIn(words.join(' '), manifests),
		exposed: tcpPorts(last?.exposed ?? []),
		command: commandPort(words, last?.env ?? new Map()),
	};
}

/** Program and arguments of what is started in place of an image's own command, without a shell. */
export function startWords(start: string): string[] {
	return splitWords(start, '\\').map(unquoted);
}

function unquoted(word: string): string {
	return /^(["'])([\s\S]*)\1$/.exec(word)?.[2] ?? word;
}

function tcpPorts(exposed: readonly string[]): number[] {
	const ports = exposed.flatMap((word) => {
		const [range = '', protocol = 'tcp'] = word.split('/');
		return protocol.toLowerCase() === 'tcp' && /^\d+$/.test(range) ? [Number(range)] : [];
	});
	return [...new Set(ports)].filter((port) => port > 0 && port < 65_536);
}

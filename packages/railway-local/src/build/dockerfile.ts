import { IMAGE_PATH, readStages, type Stage } from 'pulse-deploy-kit/dockerfile/stages';
import { shellQuote } from '../shell-quote.ts';

/** What can be had from a Dockerfile without running its stages. */
export interface DockerfileFacts {
	/** ENTRYPOINT and CMD of the last stage as one shell command; `null` when there is neither. */
	readonly command: string | null;
	/** ENV of the last stage, with ARG and earlier ENV filled in. */
	readonly env: Readonly<Record<string, string>>;
	/** Where the last stage starts its command, in the image's own file system. */
	readonly workdir: string;
	/** Values that name the image's own file system, and are not applied. */
	readonly notApplied: readonly string[];
	readonly stages: readonly Stage[];
}

const NOT_APPLIED = new Set(['PATH', 'HOME', 'TMPDIR']);

/** @throws DockerfileError where Docker would refuse it */
export function readDockerfile(text: string, buildArgs: Readonly<Record<string, string>>): DockerfileFacts {
	const stages = readStages(text, buildArgs);
	const last = stages.at(-1)!;
	const kept = [...last.env];
	return {
		command: commandLine(last),
		env: Object.fromEntries(kept.filter(([name]) => !NOT_APPLIED.has(name))),
		workdir: last.workdir,
		notApplied: kept
			.filter(([name, value]) => NOT_APPLIED.has(name) && value !== IMAGE_PATH)
			.map(([name, value]) => `ENV ${name}=${value}`),
		stages,
	};
}

/** A shell form that starts alone is the command line itself; everything else is quoted word by word. */
function commandLine({ entrypoint, cmd }: Pick<Stage, 'entrypoint' | 'cmd'>): string | null {
	const words = [...(entrypoint ?? []), ...(cmd ?? [])];
	const [shell, flag, text, ...parameters] = words;
	if (shell === undefined) return null;
	if (shell === '/bin/sh' && flag === '-c' && text !== undefined) {
		// What follows are the parameters of the shell, which a command line that names none of them never sees.
		if (!/\$[\d@*#{]/.test(text) || parameters.length === 0) return text;
	}
	return words.map(shellQuote).join(' ');
}

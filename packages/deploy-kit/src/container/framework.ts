import { escapePattern } from '../escape-pattern.ts';

export interface Framework {
	readonly name: string;
	/** Where it listens when it is told nothing; `null` where it has no such habit. */
	readonly port: number | null;
}

interface KnownFramework extends Framework {
	/** The package by which an app has it. */
	readonly package: string;
	/** Its command, where it has one. */
	readonly command?: string;
}

/** More special before what it is built on. */
const KNOWN: readonly KnownFramework[] = [
	{ name: 'Streamlit', package: 'streamlit', command: 'streamlit', port: 8501 },
	{ name: 'Gradio', package: 'gradio', command: 'gradio', port: 7860 },
	{ name: 'NiceGUI', package: 'nicegui', port: 8080 },
	{ name: 'Chainlit', package: 'chainlit', command: 'chainlit', port: 8000 },
	{ name: 'Reflex', package: 'reflex', command: 'reflex', port: null },
	{ name: 'Shiny', package: 'shiny', command: 'shiny', port: 8000 },
	{ name: 'Panel', package: 'panel', command: 'panel', port: 5006 },
	{ name: 'Dash', package: 'dash', port: 8050 },
	{ name: 'FastAPI', package: 'fastapi', command: 'fastapi', port: 8000 },
	{ name: 'Django', package: 'django', port: 8000 },
	{ name: 'Flask', package: 'flask', command: 'flask', port: 5000 },
	{ name: 'Starlette', package: 'starlette', port: 8000 },
	{ name: 'Next.js', package: 'next', command: 'next', port: 3000 },
	{ name: 'NestJS', package: '@nestjs/core', command: 'nest', port: null },
	{ name: 'Fastify', package: 'fastify', port: null },
	{ name: 'Express', package: 'express', port: null },
];

/** By its command in what the image starts, else by the packages that the app asks for. */
export function frameworkIn(command: string, manifests: readonly string[]): Framework | null {
	const words = command.split(/[\s;&|"']+/).map((word) => word.split('/').at(-1));
	const called = KNOWN.find((known) => known.command !== undefined && words.includes(known.command));
	const found = called ?? KNOWN.find((known) => manifests.some((text) => names(text, known.package)));
	return found === undefined ? null : { name: found.name, port: found.port };
}

/** As a word of its own: `next` is not in `next-auth`, nor `fastapi` in `fastapi-users`. */
function names(text: string, name: string): boolean {
	return new RegExp(`(^|[\\s"'])${escapePattern(name)}(?![\\w.-]*-)(\\[[^\\]]*\\])?(["'\\s=<>~!;@,]|$)`, 'im').test(
		text,
	);
}

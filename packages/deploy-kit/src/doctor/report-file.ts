import { writeFile } from 'node:fs/promises';
import { usageError } from '../errors.ts';
import type { DoctorReport } from './check.ts';

export interface ReportFile {
	readonly path: string;
	/** `pulse-railway 0.1.0`. */
	readonly tool: string;
}

/** For people elsewhere: which checks said what, by what was measured alone; no name, id, address or secret is in it. */
export async function writeReport({ path, tool }: ReportFile, { ok, checks }: DoctorReport): Promise<void> {
	const told = checks.map(({ check, status, measured }) => ({ check, status, measured }));
	const { node } = process.versions;
	const report = { tool, node, system: `${process.platform} ${process.arch}`, ok, checks: told };
	try {
		await writeFile(path, `${JSON.stringify(report, null, '\t')}\n`);
	} catch (error) {
		throw usageError(`the report cannot be written: ${(error as Error).message}`, 'Give --report another file.');
	}
}

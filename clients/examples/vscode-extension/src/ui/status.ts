/** What the status bar says of the agent. */
import * as vscode from 'vscode';
import type { State } from '../agent/connection';

export class Status implements vscode.Disposable {
	private readonly item = vscode.window.createStatusBarItem(
		'promptd.agent', vscode.StatusBarAlignment.Right, 50);

	constructor() {
		this.item.name = 'promptd agent';
		this.show({ kind: 'searching' });
		this.item.show();
	}

	dispose(): void {
		this.item.dispose();
	}

	show(state: State): void {
		switch (state.kind) {
		case 'searching':
			this.say('$(sync~spin) promptd', 'Looking for the promptd agent', undefined);
			break;
		case 'connected':
			this.say('$(note) promptd', `Connected to the promptd agent ${state.server.version}` +
				` (process ${state.endpoint.pid}). Click to insert a prompt.`,
			'promptd.insertPrompt');
			break;
		case 'none':
			this.say('$(debug-disconnect) promptd: no agent', `${state.why} Click to start it.`,
				'promptd.startAgent');
			break;
		case 'refused':
			this.say('$(warning) promptd', state.why, 'promptd.showLog');
			break;
		}
		this.item.backgroundColor = state.kind === 'refused'
			? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
	}

	private say(text: string, tooltip: string, command: string | undefined): void {
		this.item.text = text;
		this.item.tooltip = tooltip;
		this.item.command = command;
		this.item.accessibilityInformation = { label: tooltip };
	}
}

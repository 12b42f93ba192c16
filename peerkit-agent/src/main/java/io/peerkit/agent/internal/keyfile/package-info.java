// SPDX-License-Identifier: Apache-2.0
/** The file that keeps an agent's secret. */
package io.peerkit.agent.internal.keyfile;

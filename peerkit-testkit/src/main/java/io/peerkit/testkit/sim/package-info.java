// SPDX-License-Identifier: Apache-2.0
/** Whole networks in one thread: virtual time, node loops on it, and a seeded simulation that replays bit for bit. */
package io.peerkit.testkit.sim;

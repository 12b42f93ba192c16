// SPDX-License-Identifier: Apache-2.0
/** The application as it was: one user, one SQLite file. */
package io.peerkit.examples.todo.before;

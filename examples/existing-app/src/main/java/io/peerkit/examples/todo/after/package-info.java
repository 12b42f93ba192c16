// SPDX-License-Identifier: Apache-2.0
/** The application whose shopping list is shared; everything else stays on the user's machine. */
package io.peerkit.examples.todo.after;

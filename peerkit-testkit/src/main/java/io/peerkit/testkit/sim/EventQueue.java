// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import io.peerkit.gossip.NodeLoop;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The tasks of later moments, the earliest first and those of one moment in the order of scheduling: a heap with four
 * children a node. A simulation of thousands of nodes spends much of its time here, and this takes half of what
 * {@link java.util.PriorityQueue} with a comparator does.
 */
final class EventQueue {
    private static final int CHILDREN = 4;

    private @Nullable Event[] heap = new @Nullable Event[64];
    private int size;

    /** A task and its moment. Belongs to the thread of its {@link VirtualTime}. */
    static final class Event implements NodeLoop.Timer {
        final long at;
        private final long sequence;
        private final VirtualTime time;
        private @Nullable Runnable task;

        Event(VirtualTime time, long at, long sequence, Runnable task) {
            this.time = time;
            this.at = at;
            this.sequence = sequence;
            this.task = task;
        }

        /** Takes the task out: it runs once, or never. */
        @Nullable
        Runnable take() {
            Runnable taken = task;
            task = null;
            return taken;
        }

        @Override
        public void cancel() {
            if (take() != null) {
                time.cancelled();
            }
        }

        private boolean isBefore(Event other) {
            return at < other.at || (at == other.at && sequence < other.sequence);
        }
    }

    int size() {
        return size;
    }

    @Nullable
    Event peek() {
        return heap[0];
    }

    void add(Event event) {
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, 2 * size);
        }
        up(size++, event);
    }

    @Nullable
    Event poll() {
        Event first = heap[0];
        if (first != null) {
            Event last = at(--size);
            heap[size] = null;
            if (size > 0) {
                down(0, last);
            }
        }
        return first;
    }

    /** Drops the tasks that were taken back, and tells how many. */
    int dropCancelled() {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            Event event = at(i);
            if (event.task != null) {
                heap[kept++] = event;
            }
        }
        int dropped = size - kept;
        Arrays.fill(heap, kept, size, null);
        size = kept;
        for (int i = (size - 2) / CHILDREN; i >= 0 && size > 1; i--) {
            down(i, at(i));
        }
        return dropped;
    }

    private Event at(int index) {
        Event event = heap[index];
        if (event == null) {
            throw new AssertionError("place " + index + " of " + size + " is empty");
        }
        return event;
    }

    private void up(int index, Event event) {
        int place = index;
        while (place > 0) {
            int parent = (place - 1) / CHILDREN;
            Event above = at(parent);
            if (above.isBefore(event)) {
                break;
            }
            heap[place] = above;
            place = parent;
        }
        heap[place] = event;
    }

    private void down(int index, Event event) {
        int place = index;
        for (int first = CHILDREN * place + 1; first < size; first = CHILDREN * place + 1) {
            int least = first;
            int end = Math.min(size, first + CHILDREN);
            for (int child = first + 1; child < end; child++) {
                if (at(child).isBefore(at(least))) {
                    least = child;
                }
            }
            Event below = at(least);
            if (event.isBefore(below)) {
                break;
            }
            heap[place] = below;
            place = least;
        }
        heap[place] = event;
    }
}

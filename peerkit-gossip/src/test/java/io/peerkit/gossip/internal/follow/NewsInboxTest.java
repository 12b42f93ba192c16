// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.follow;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.EntryId;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.gossip.internal.follow.SetFollower.Change;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class NewsInboxTest {
    private static final EntryKey KEY = new EntryKey(1, EntryId.of(new byte[32]));

    private final Deque<Runnable> loop = new ArrayDeque<>();
    private final List<String> read = new ArrayList<>();
    private final NewsInbox inbox = new NewsInbox(loop::add, new NewsInbox.Reader() {
        @Override
        public void changed(Change change) {
            read.add("+" + change.added().size() + " -" + change.removed().size());
        }

        @Override
        public void missed() {
            read.add("missed");
        }
    });

    private void runLoop() {
        while (!loop.isEmpty()) {
            loop.remove().run();
        }
    }

    @Test
    void changed_severalBeforeTheLoopRuns_oneTaskAndInOrder() {
        inbox.changed(List.of(KEY), List.of());
        inbox.changed(List.of(), List.of(KEY));

        assertThat(loop).hasSize(1);
        runLoop();
        assertThat(read).containsExactly("+1 -0", "+0 -1");
        inbox.changed(List.of(KEY), List.of(KEY));
        runLoop();
        assertThat(read).hasSize(3);
    }

    @Test
    void missed_changesBefore_leftToTheComparison() {
        inbox.changed(List.of(KEY), List.of());
        inbox.missed();
        inbox.changed(List.of(), List.of(KEY));
        runLoop();

        assertThat(read).containsExactly("missed", "+0 -1");
    }

    @Test
    void changed_asManyAsMayWait_keptAndOneMoreCountsAsMissed() {
        List<EntryKey> most = Collections.nCopies(SetFollower.MAX_WAITING_KEYS, KEY);
        inbox.changed(most, List.of());
        runLoop();
        assertThat(read).containsExactly("+" + most.size() + " -0");

        read.clear();
        inbox.changed(most, List.of());
        inbox.changed(List.of(KEY), List.of());
        runLoop();
        assertThat(read).containsExactly("missed");
    }
}

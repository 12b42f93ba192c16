// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.storage.surreal.internal.index.LaneMarks.Behind;
import io.peerkit.storage.surreal.internal.index.LaneMarks.Seen;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LaneMarksTest {
    private final LaneMarks<String> marks = new LaneMarks<>();

    @Test
    void toRead_firstLook_all() {
        assertThat(marks.toRead(new Seen<>(0, 0, Map.of())).all()).isTrue();
    }

    @Test
    void toRead_nothingNew_nothing() {
        marks.read(new Seen<>(3, 1, Map.of("a", 7L)));

        assertThat(marks.toRead(new Seen<>(3, 1, Map.of("a", 7L))).isNothing()).isTrue();
    }

    @Test
    void toRead_lanesWentOn_thoseBehindWhatIsKnown() {
        marks.read(new Seen<>(3, 1, Map.of("a", 7L, "b", 0L, "c", 2L)));

        LaneMarks.Reading<String> reading = marks.toRead(new Seen<>(3, 1, Map.of("a", 9L, "b", 1L, "c", 2L)));

        assertThat(reading.all()).isFalse();
        assertThat(reading.behind()).containsExactlyInAnyOrder(new Behind<>("a", 7), new Behind<>("b", 0));
    }

    @Test
    void toRead_openedMergedOrOtherLanes_all() {
        marks.read(new Seen<>(3, 1, Map.of("a", 7L)));

        assertThat(marks.toRead(new Seen<>(4, 1, Map.of("a", 7L))).all()).isTrue();
        assertThat(marks.toRead(new Seen<>(3, 2, Map.of("a", 7L))).all()).isTrue();
        assertThat(marks.toRead(new Seen<>(3, 1, Map.of("a", 7L, "b", 0L))).all())
                .isTrue();
        assertThat(marks.toRead(new Seen<>(3, 1, Map.of())).all()).isTrue();
    }

    @Test
    void toRead_notReadYet_sameAgain() {
        marks.read(new Seen<>(3, 1, Map.of("a", 7L)));
        Seen<String> later = new Seen<>(3, 1, Map.of("a", 8L));

        assertThat(marks.toRead(later)).isEqualTo(marks.toRead(later));
        marks.read(later);
        assertThat(marks.toRead(later).isNothing()).isTrue();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class BucketDirectoryTest {
    private final BucketDirectory directory = new BucketDirectory();

    @Test
    void bucketOf_noRows_theLast() {
        assertThat(directory.bucketOf(IndexKind.ID, IndexPlace.firstOf(5))).isEqualTo(IndexPlace.LAST);
        assertThat(directory.bucketsOf(IndexKind.ID, IndexPlace.firstOf(5), IndexPlace.lastOf(5)))
                .containsExactly(IndexPlace.LAST);
        assertThat(directory.size(IndexKind.ID)).isZero();
    }

    @Test
    void bucketOf_endBelongsToItsBucket_whatIsBehindToTheNext() {
        directory.replace(IndexKind.ID, List.of(IndexPlace.LAST, IndexPlace.lastOf(5)));

        assertThat(directory.bucketOf(IndexKind.ID, IndexPlace.lastOf(5))).isEqualTo(IndexPlace.lastOf(5));
        assertThat(directory.bucketOf(IndexKind.ID, IndexPlace.firstOf(6))).isEqualTo(IndexPlace.LAST);
        assertThat(directory.bucketOf(IndexKind.ID, IndexPlace.firstOf(-6))).isEqualTo(IndexPlace.LAST);
        assertThat(directory.bucketBehind(IndexKind.ID, IndexPlace.firstOf(5))).isEqualTo(IndexPlace.lastOf(5));
        assertThat(directory.bucketBehind(IndexKind.ID, IndexPlace.lastOf(5))).isEqualTo(IndexPlace.LAST);
        assertThat(directory.bucketOf(IndexKind.BLOB, IndexPlace.lastOf(5))).isEqualTo(IndexPlace.LAST);
    }

    @Test
    void bucketsOf_hashOverSeveralBuckets_allInOrder() {
        IndexPlace one = new IndexPlace(5, 100, 0);
        IndexPlace two = new IndexPlace(5, 200, 0);
        directory.add(IndexKind.BLOB, List.of(IndexPlace.LAST));
        directory.add(IndexKind.BLOB, List.of(two, one, IndexPlace.lastOf(4)));

        assertThat(directory.bucketsOf(IndexKind.BLOB, IndexPlace.firstOf(5), IndexPlace.lastOf(5)))
                .containsExactly(one, two, IndexPlace.LAST);
        assertThat(directory.bucketsOf(IndexKind.BLOB, IndexPlace.firstOf(4), IndexPlace.lastOf(4)))
                .containsExactly(IndexPlace.lastOf(4));
    }
}

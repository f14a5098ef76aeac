// SPDX-License-Identifier: Apache-2.0
package org.purespark.run.progress;

/** Shows nothing. */
enum SilentTask implements Progress.Task {
    INSTANCE;

    @Override
    public void advance(long units) {}

    @Override
    public void note(String note) {}

    @Override
    public void done() {}

    @Override
    public void close() {}
}

"""Words of the app's frame, which Streamlit has in its own English only: key → (Chinese, English)."""

MESSAGES: dict[str, tuple[str, str]] = {
    # beside fields and lists
    "st_skip": ("跳到正文", "Skip to main content"), "st_open": ("展开", "Open"), "st_choose": ("请选择", "Choose an option"),
    "st_choose_more": ("请选择,可多选", "Choose options"), "st_clear": ("清除", "Clear"), "st_clear_all": ("全部清除", "Clear all"),
    "st_clear_one": ("清空", "Clear value"), "st_none": ("没有匹配的选项", "No results"), "st_all": ("全选", "Select all"),
    "st_matches": ("全选匹配的 {n} 项", "Select {n} matches"), "st_remove": ("移去 {n}", "Remove {n}"),
    "st_enter": ("按回车键生效", "Press Enter to apply"), "st_options": ("选项", "Options"), "st_help": ("{n}的说明", "Help for {n}"),
    "st_help_bare": ("说明", "Help"), "st_sidebar_close": ("收起侧栏", "Collapse sidebar"),
    "st_sidebar_open": ("展开侧栏", "Expand sidebar"), "st_sidebar": ("侧栏", "Sidebar"), "st_close": ("关闭", "Close"),
    "st_copy": ("复制", "Copy to clipboard"), "st_copied": ("已复制", "Copied"), "st_chosen": ("已选", "Selected values"),
    "st_tabs_left": ("向左", "Scroll tabs left"), "st_tabs_right": ("向右", "Scroll tabs right"),
    # files
    "st_file": ("选择文件", "Choose a file"), "st_file_add": ("再选一个文件", "Add files"), "st_file_field": ("上传文件", "File upload"),
    "st_file_drop": ("把文件拖到这里", "Drag and drop a file here"), "st_file_big": ("文件超过 {n},没有读入。", "The file is larger than {n} and was not read."),
    "st_file_kind": ("不是这里读的文件类型,没有读入。", "This is not a kind of file that is read here; it was not read."),
    "st_file_one": ("一次只读一个文件。", "One file at a time."), "st_file_failed": ("上传失败,请再试一次。", "The upload failed; try once more."),
    "st_icon": ("图标", "icon"), "st_error": ("有误:", "Error:"),
    "st_file_again": ("点击再试一次", "Click to try again"), "st_file_stop": ("停止上传 {n}", "Stop uploading {n}"),
    # the server
    "st_lost": ("与测算服务断开", "The calculator does not answer"),
    "st_lost_why": ("测算服务没有应答。正在算的任务不受影响;请重新启动测算服务(与第一次启动时相同),页面会自动接上。",
                    "Its server is not running. What is being worked out goes on without it; start the calculator again as before, "
                    "and this page goes on by itself."),
    "st_lost_command": ("pledgefund app", "pledgefund app"),
    "st_refused": ("测算服务拒绝了这个网址;请从测算服务给出的网址打开。", "The server refuses this address; open the one it printed."),
    "st_reconnect": ("连接断开,请等页面接上后再试。", "The connection is lost; wait for the page to go on, then try again."),
    "st_reconnected": ("已重新接上。", "Connected again."), "st_again": ("再试一次", "Try again"), "st_on": ("仍然继续", "Continue anyway"),
    "st_no_page": ("没有这个页面", "There is no such page"),
    "st_no_page_why": ("网址中的页面不存在,已打开首页。", "The address names a page that is not there; the first one is shown."),
    "st_bad_message": ("页面收到的内容读不出,请刷新。", "The page received something it cannot read; reload it."),
    "st_running": ("正在计算…", "Running…"),
}

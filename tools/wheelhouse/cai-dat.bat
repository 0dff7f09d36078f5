@echo off
rem Cai dat reformcli, khong dung mang / installs reformcli, without a network.
rem Only ASCII here: the messages with Vietnamese letters come from cai-dat.py.
setlocal
cd /d "%~dp0"
chcp 65001 >nul
where py >nul 2>nul
if errorlevel 1 goto nopython
py -@PYTHON@ -c "" >nul 2>nul
if errorlevel 1 goto nopython
py -@PYTHON@ cai-dat.py %*
set result=%errorlevel%
goto end
:nopython
echo Can Python @PYTHON@ (64-bit). Cai Python roi chay lai tep nay.
echo Python @PYTHON@ (64-bit) is needed. Install it and run this file again.
set result=1
:end
if "%~1"=="" pause
exit /b %result%
